//! The hub's requests, responses, error codes and invites, and the client that speaks them.
