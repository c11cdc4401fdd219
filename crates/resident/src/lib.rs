//! The resident app's core: controller, store, sync and unlock. Knows no window.
