"""What is seen and heard at this moment: objects that boxes follow, a standing question, and what is watched for.

Everything is off until it is started, and nothing of it touches the disk but what the user attaches to the chat.
"""
