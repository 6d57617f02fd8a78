"""The pages for people: sign-in, consent, tokens, users and organizations, without any script."""
