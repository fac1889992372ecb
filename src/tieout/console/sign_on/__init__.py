"""Single sign-on: OpenID Connect, the code flow with PKCE, state and nonce.

`hop.py` is the way there and back of one browser, `provider.py` the conversation with the provider, `settings.py` what
an installation sets. Who comes of it, and what they may, is decided in `processes/people/signing_in_elsewhere.py`.
"""
