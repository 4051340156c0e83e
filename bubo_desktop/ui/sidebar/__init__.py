"""The left column: the chats there are, and the condition of what answers."""
