"""Archives, believed in nothing: their lists, members, names and limits."""
