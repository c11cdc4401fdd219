//! Drives the target `clip_index` of the package `fuzzing`, which says what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzing::check("clip_index", input));
