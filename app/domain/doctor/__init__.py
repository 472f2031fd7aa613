"""What `gonogo doctor` looks at: each thing that the service needs, found against needed."""
