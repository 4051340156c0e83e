"""The window: widgets that show the state and pass on what the user does; `app.py` puts them together."""
