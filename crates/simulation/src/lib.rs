//! A whole building of real programs with simulated hardware, for the demo and for tests.
