//! Generates the messages and stubs of the contract:
//! `codegen OUTPUT_DIRECTORY PROTO_DIRECTORY GOOGLE_PROTO_DIRECTORY`.

mod unknown_fields;

use std::path::{Path, PathBuf};

fn main() {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [output, proto, google] = arguments.as_slice() else {
        panic!("usage: codegen OUTPUT_DIRECTORY PROTO_DIRECTORY GOOGLE_PROTO_DIRECTORY");
    };
    tonic_prost_build::configure()
        .build_server(false)
        .out_dir(output)
        // google.rpc comes from the crate that everybody else takes it from.
        .extern_path(".google.rpc", "::tonic_types::pb")
        .compile_protos(
            &contract(&proto.join("kpisuite/v1")),
            &[proto.clone(), google.clone()],
        )
        .expect("protoc and the code generator succeed");
    let generated = output.join("kpisuite.v1.rs");
    let source = std::fs::read_to_string(&generated).expect("prost-build writes a file a package");
    std::fs::write(&generated, unknown_fields::add_to(&source)).expect("the file is written");
}

/// All files of the contract, in a fixed order.
fn contract(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .expect("the directory of the contract")
        .map(|entry| entry.expect("a directory entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "proto")
        })
        .collect();
    files.sort();
    files
}
