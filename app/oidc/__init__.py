"""Sign-in by the identity provider of whoever runs this Deskhand: OpenID Connect, code flow with PKCE. Knows no page and no database."""
