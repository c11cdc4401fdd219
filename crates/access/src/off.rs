//! Where a defence can be switched off, in the attack suite's own build only.

/// Whether one of these [`weakened::Defence`](crate::weakened::Defence)s is switched off.
#[cfg(feature = "weakened")]
#[macro_export]
macro_rules! off {
    ($($defence:ident)|+) => {
        ($($crate::weakened::is_off($crate::weakened::Defence::$defence))||+)
    };
}

/// `false`: no defence can be switched off here.
#[cfg(not(feature = "weakened"))]
#[macro_export]
macro_rules! off {
    ($($defence:ident)|+) => {
        false
    };
}
