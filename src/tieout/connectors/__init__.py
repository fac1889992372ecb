"""One folder per remote system: speak its protocol, name its shapes, translate to and from documents."""
