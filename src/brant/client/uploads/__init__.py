"""Gets a folder's files to a server: chosen, packed if asked, sent, remembered until they are published."""
