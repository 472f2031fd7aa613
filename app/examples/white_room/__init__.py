"""The release of White Room DAW: a plan in five phases and the workflow it dispatches."""
