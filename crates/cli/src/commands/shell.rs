//! `guest completions` and `guest man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use crate::failure::Failure;
use crate::out::print;

/// Print completions for a shell
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

/// Print the manual page, or write one for each command
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// Write a page for each command into this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Completions {
    pub(super) fn run(self) -> Result<(), Failure> {
        // Gathered first: the generator does not bear a reader that goes away.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "guest", &mut script);
        print(&String::from_utf8_lossy(&script))
    }
}

impl Man {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Some(folder) = self.out else {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            return print(&String::from_utf8_lossy(&page));
        };
        std::fs::create_dir_all(&folder)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), &folder))
            .map_err(|error| {
                Failure::doing(&format!("cannot write to {}", folder.display()), &error)
            })
    }
}
