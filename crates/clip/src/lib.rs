//! A filmed entry: encrypted fragments, the signed index, and their verification. Pure.
