//! Who may open which door: ids, grants, credentials, bundles and the decision. Pure.
