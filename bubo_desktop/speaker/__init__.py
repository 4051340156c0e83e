"""The process that reads aloud: Qt's speech and the service behind it, which can hang, apart from the window."""
