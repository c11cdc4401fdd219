//! The stack itself, without anything of ours: when this fails, look at the guest and not at the doors.

use anyhow::Result;
use bluetooth_tests::{
    controllers::{ELSEWHERE, PHONE},
    echo::{EchoClient, EchoServer},
    stage::links_have_ended,
};

#[tokio::test]
async fn a_bare_echo_comes_back_over_the_air() -> Result<()> {
    links_have_ended().await?;
    let _server = EchoServer::serve(ELSEWHERE).await?;
    let mut client = EchoClient::connect(PHONE).await?;
    for length in [1, 26, 200, 468] {
        let took = client.round_trip(&vec![7; length]).await?;
        println!("{length} bytes: {took:?}");
    }
    client.disconnect().await
}
