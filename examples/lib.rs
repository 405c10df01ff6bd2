//! Guest access embedded elsewhere.
