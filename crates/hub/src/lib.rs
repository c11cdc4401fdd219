//! The building's server: people, grants, revocations, audit log, clips as ciphertext, push.
