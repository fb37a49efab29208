//! The `demur` command.

fn main() -> std::process::ExitCode {
    demur::cli::run()
}
