"""One HTTP exchange: connections, deadlines, answers, and when to ask again."""
