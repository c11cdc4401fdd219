//! The stack itself, without anything of ours: when this fails, look at the guest and not at the doors.

use anyhow::Result;
use bluetooth_tests::{
    air,
    controllers::{HANDSET, PHONE},
    echo::{EchoClient, EchoServer},
};

#[tokio::test]
async fn a_bare_echo_comes_back_over_the_air() -> Result<()> {
    air::links_have_ended().await?;
    // A door's controller would do worse: the door parts with who does not talk to it.
    let server = EchoServer::serve(HANDSET).await?;
    let mut client = EchoClient::connect(PHONE).await?;
    let took = client.exchange(&server, &[7; 468]).await?;
    println!("a whole exchange: {took:?}");
    for length in [1, 26, 200, 468] {
        let took = client.round_trip(&vec![7; length]).await?;
        println!("{length} bytes: {took:?}");
    }
    client.disconnect().await
}
