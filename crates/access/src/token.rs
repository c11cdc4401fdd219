//! Credentials as Biscuit tokens: what blocks may say, and reading a token that somebody sent.

mod authorize;
mod parse;
mod statement;
mod verified;

pub(crate) use authorize::Circumstances;
pub(crate) use statement::{InvalidKey, Statement, block_of};
pub(crate) use verified::{Courier, Verified, VerifyError, claimed_building};

/// The one right there is.
const UNLOCK: &str = "unlock";
