//! The resident app's core: controller, store, sync and unlock. Knows no window.
//!
//! A shell (Tauri, a test, a headless demo) implements [`Shell`] and drives one [`Controller`].

mod shell;
pub mod ui;

pub use shell::{Notification, Shell};
