//! What a phone hears. The stack keeps a list of whom it heard in this scan: the list is looked at, and who is new in it or
//! changed was heard just now.

use std::{collections::HashMap, sync::Arc, time::Duration};

use btleplug::{
    api::{Central, CentralState, Peripheral as _},
    platform::PeripheralId,
};
use futures::{StreamExt, stream::BoxStream};
use tokio::{sync::mpsc, time::interval};
use tokio_stream::wrappers::ReceiverStream;

use super::Radio;
use crate::{LinkError, Sighting, scanning::Watch, sighting::sighting};

/// Between two looks at the list.
const LOOK: Duration = Duration::from_millis(250);

/// Between two looks whether Bluetooth is still on, in looks at the list.
const LOOKS_A_STATE: u32 = 4;

/// Sightings that wait for a slow reader.
const BACKLOG: usize = 32;

/// Scans until the stream is dropped, or until Bluetooth is switched off.
pub(super) async fn sightings<A: Central + 'static>(
    radio: Arc<Radio<A>>,
) -> Result<BoxStream<'static, Sighting>, LinkError> {
    let watch = radio.scanning.watch().await?;
    let (tell, told) = mpsc::channel(BACKLOG);
    tokio::spawn(async move {
        tokio::select! {
            () = look_on(&radio, &watch, &tell) => {}
            () = tell.closed() => {}
        }
    });
    Ok(ReceiverStream::new(told).boxed())
}

async fn look_on<A: Central + 'static>(
    radio: &Radio<A>,
    _scan_goes_on: &Watch<A>,
    tell: &mpsc::Sender<Sighting>,
) {
    let mut heard = Heard::default();
    let mut looks = interval(LOOK);
    for number in 0_u32.. {
        looks.tick().await;
        if number % LOOKS_A_STATE == 0 && !is_on(&radio.adapter).await {
            return;
        }
        let scan = radio.scanning.starts();
        for device in radio.adapter.peripherals().await.unwrap_or_default() {
            let id = device.id();
            if let Some(sighting) = sighting(&device).await
                && heard.is_news(id, scan, sighting.rssi_dbm)
                && tell.send(sighting).await.is_err()
            {
                return;
            }
        }
    }
}

async fn is_on(adapter: &impl Central) -> bool {
    matches!(adapter.adapter_state().await, Ok(CentralState::PoweredOn))
}

/// How each device was heard last: in which scan, and how strongly.
#[derive(Default)]
struct Heard(HashMap<PeripheralId, (u64, Option<i16>)>);

impl Heard {
    fn is_news(&mut self, id: PeripheralId, scan: u64, rssi_dbm: Option<i16>) -> bool {
        self.0.insert(id, (scan, rssi_dbm)) != Some((scan, rssi_dbm))
    }
}
