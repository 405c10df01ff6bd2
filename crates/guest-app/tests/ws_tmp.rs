#![allow(warnings)]
#[path = "use_cases/fixture.rs"]
mod fixture;
#[path = "use_cases/traces.rs"]
mod traces;
#[path = "use_cases/workspaces.rs"]
mod workspaces;
