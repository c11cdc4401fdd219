//! A driver's handset: makes a driver's credential offline and opens the one building it is for.
