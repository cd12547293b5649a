//! Tells the linker that Node itself holds the functions of Node-API.

fn main() {
    napi_build::setup();
}
