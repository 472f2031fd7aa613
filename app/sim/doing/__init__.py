"""What people and Apps can do on GitHub: each function changes the state and sends the events that follow."""
