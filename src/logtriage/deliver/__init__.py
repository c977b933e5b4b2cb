"""To people and systems: files, mail, chat, tickets."""
