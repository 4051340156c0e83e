"""What the user is doing, as QObjects with signals and without widgets: chats, answers, drafts, settings, history."""
