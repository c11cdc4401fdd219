use std::fmt;

use access::{CodeKey, base64url};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::ZeroizeOnDrop;

/// The building's secret that codes are hashed with, from `GET /v1/door/code-key`. Doors get it and nobody else.
#[derive(Clone, Serialize, Deserialize, ToSchema, ZeroizeOnDrop)]
pub struct CodeSecret {
    /// 32 bytes, base64url.
    #[serde(with = "base64url")]
    #[schema(value_type = String)]
    secret: [u8; 32],
}

impl CodeSecret {
    /// As it travels to a door.
    pub fn of(key: &CodeKey) -> Self {
        let secret = *key.as_bytes();
        Self { secret }
    }

    /// What a door hashes codes with.
    pub fn key(&self) -> CodeKey {
        CodeKey::from_bytes(self.secret)
    }
}

/// Who has it tries out codes: it is not printed.
impl fmt::Debug for CodeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeSecret")
    }
}
