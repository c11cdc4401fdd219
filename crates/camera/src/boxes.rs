//! Cuts the muxer's bytes into init segment and fragments, in the form that players ask for.

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use mp4_atom::{
    Atom, Codec, Decode, DecodeMaybe, Encode, FourCC, Ftyp, Header, Mdat, Moof, Moov, Traf,
};

use crate::fragment::{Fragment, InitSegment};

/// `sample_is_non_sync_sample` of the sample flags (ISO/IEC 14496-12, 8.8.3.1).
const NON_SYNC: u32 = 0x0001_0000;

/// Ticks of a second of media time.
pub(crate) const TIMESCALE: u64 = 90_000;

/// Length of an `mdat` header.
const MDAT_HEADER: usize = 8;

/// Why bytes of the muxer could not be understood.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CutError {
    /// A box is damaged or of an unknown form.
    #[error("damaged box: {0}")]
    Box(#[from] mp4_atom::Error),
    /// The stream is not one track of H.264.
    #[error("not one track of H.264")]
    NotH264,
    /// A fragment came before the init segment, or holds no picture.
    #[error("fragment without init segment, time or picture")]
    Malformed,
}

/// What has been cut off the stream.
#[derive(Debug)]
pub(crate) enum Piece {
    Init(InitSegment),
    Fragment(Fragment),
}

/// Cuts a byte stream of `ftyp moov (moof mdat)*` into pieces.
#[derive(Debug, Default)]
pub(crate) struct Cutter {
    buffer: BytesMut,
    timescale: Option<u64>,
    moof: Option<Moof>,
}

impl Cutter {
    /// Takes the next bytes of the stream.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Gives the next whole piece. `epoch` is when media time 0 was captured.
    pub(crate) fn next(&mut self, epoch: Duration) -> Result<Option<Piece>, CutError> {
        while let Some((kind, body)) = self.next_box()? {
            match kind {
                Moov::KIND => return self.init(&body).map(Some),
                Moof::KIND => self.moof = Some(Moof::decode_body(&mut body.as_ref())?),
                Mdat::KIND => return self.fragment(&body, epoch).map(Some),
                _ => {}
            }
        }
        Ok(None)
    }

    fn next_box(&mut self) -> Result<Option<(FourCC, Bytes)>, CutError> {
        let mut rest = self.buffer.as_ref();
        let Some(header) = Header::decode_maybe(&mut rest)? else {
            return Ok(None);
        };
        let size = header.size.ok_or(CutError::Malformed)?;
        if rest.len() < size {
            return Ok(None);
        }
        let header_len = self.buffer.len() - rest.len();
        self.buffer.advance(header_len);
        Ok(Some((header.kind, self.buffer.split_to(size).freeze())))
    }

    fn init(&mut self, body: &Bytes) -> Result<Piece, CutError> {
        let mut moov = Moov::decode_body(&mut body.as_ref())?;
        let [track] = moov.trak.as_slice() else {
            return Err(CutError::NotH264);
        };
        let Some(Codec::Avc1(avc1)) = track.mdia.minf.stbl.stsd.codecs.first() else {
            return Err(CutError::NotH264);
        };
        let profile = &avc1.avcc;
        let codec = format!(
            "avc1.{:02X}{:02X}{:02X}",
            profile.avc_profile_indication,
            profile.profile_compatibility,
            profile.avc_level_indication
        );
        let (width, height) = (avc1.visual.width, avc1.visual.height);
        self.timescale = Some(u64::from(track.mdia.mdhd.timescale).max(1));
        strip(&mut moov);
        let mut data = Vec::with_capacity(body.len() + 64);
        brands().encode(&mut data)?;
        moov.encode(&mut data)?;
        Ok(Piece::Init(InitSegment {
            data: data.into(),
            codec,
            width,
            height,
        }))
    }

    fn fragment(&mut self, media: &Bytes, epoch: Duration) -> Result<Piece, CutError> {
        let timescale = self.timescale.ok_or(CutError::Malformed)?;
        let moof = self.moof.take().ok_or(CutError::Malformed)?;
        let [traf] = moof.traf.as_slice() else {
            return Err(CutError::Malformed);
        };
        let start = decode_time(traf).ok_or(CutError::Malformed)?;
        let end = start + duration(traf);
        let keyframe = begins_with_keyframe(traf).ok_or(CutError::Malformed)?;
        let start_ms = to_ms(start, timescale);
        let duration_ms = to_ms(end, timescale) - start_ms;
        let taken = Duration::from_micros(start.saturating_mul(1_000_000) / timescale);
        Ok(Piece::Fragment(Fragment {
            data: join(moof, media)?,
            captured_at: epoch + taken,
            start_ms,
            duration_ms: u32::try_from(duration_ms).map_err(|_| CutError::Malformed)?,
            keyframe,
        }))
    }
}

/// Reads a fragment's media time (`tfdt`) in ticks of its track.
pub(crate) fn media_time(data: &[u8]) -> Option<u64> {
    decode_time(read_moof(data)?.0.traf.first()?)
}

/// Writes a fragment's media time later by `shift` ticks; bytes that are no fragment stay as they are.
pub(crate) fn shifted(data: &Bytes, shift: i64) -> Bytes {
    let moved = || {
        let (mut moof, media) = read_moof(data)?;
        for tfdt in moof.traf.iter_mut().filter_map(|traf| traf.tfdt.as_mut()) {
            let time = &mut tfdt.base_media_decode_time;
            *time = time.checked_add_signed(shift)?;
        }
        let mut moved = Vec::with_capacity(data.len());
        moof.encode(&mut moved).ok()?;
        moved.extend_from_slice(media);
        Some(moved.into())
    };
    moved().unwrap_or_else(|| data.clone())
}

/// Splits a fragment into its `moof` and the bytes after it.
fn read_moof(data: &[u8]) -> Option<(Moof, &[u8])> {
    let mut rest = data;
    let moof = Moof::decode(&mut rest).ok()?;
    Some((moof, rest))
}

/// Removes what a live stream cannot know (its length) and what a player does not need. Without the
/// time at which it was made, the same camera's init segment is the same at each start.
fn strip(moov: &mut Moov) {
    moov.udta = None;
    (moov.mvhd.creation_time, moov.mvhd.modification_time) = (0, 0);
    for track in &mut moov.trak {
        track.udta = None;
        (track.tkhd.creation_time, track.tkhd.modification_time) = (0, 0);
        let media = &mut track.mdia.mdhd;
        (media.creation_time, media.modification_time) = (0, 0);
    }
    if let Some(mvex) = &mut moov.mvex {
        mvex.mehd = None;
    }
}

/// `iso6` allows data offsets that count from the `moof`, which MSE requires.
fn brands() -> Ftyp {
    Ftyp {
        major_brand: FourCC::new(b"iso6"),
        minor_version: 0,
        compatible_brands: vec![
            FourCC::new(b"iso6"),
            FourCC::new(b"avc1"),
            FourCC::new(b"mp41"),
        ],
    }
}

fn decode_time(traf: &Traf) -> Option<u64> {
    Some(traf.tfdt.as_ref()?.base_media_decode_time)
}

fn duration(traf: &Traf) -> u64 {
    let default = traf.tfhd.default_sample_duration.unwrap_or(0);
    let samples = traf.trun.iter().flat_map(|run| run.samples.iter());
    samples
        .map(|sample| u64::from(sample.duration.unwrap_or(default)))
        .sum()
}

fn begins_with_keyframe(traf: &Traf) -> Option<bool> {
    let first = traf.trun.first()?.samples.get(0)?;
    let flags = first.flags.or(traf.tfhd.default_sample_flags)?;
    Some(flags & NON_SYNC == 0)
}

fn to_ms(ticks: u64, timescale: u64) -> u64 {
    (ticks.saturating_mul(1000) + timescale / 2) / timescale
}

/// Writes both boxes with data offsets that count from the start of the `moof`.
fn join(mut moof: Moof, media: &[u8]) -> Result<Bytes, CutError> {
    for traf in &mut moof.traf {
        traf.tfhd.base_data_offset = None;
        traf.tfhd.default_base_is_moof = true;
    }
    let mut data = Vec::with_capacity(media.len() + 256);
    moof.encode(&mut data)?;
    let old = moof.traf.first().and_then(|traf| traf.trun.first());
    let old = old.and_then(|run| run.data_offset).unwrap_or(0);
    let new = i32::try_from(data.len() + MDAT_HEADER).map_err(|_| CutError::Malformed)?;
    for run in moof.traf.iter_mut().flat_map(|traf| &mut traf.trun) {
        run.data_offset = run.data_offset.map(|offset| offset - old + new);
    }
    data.clear();
    moof.encode(&mut data)?;
    let header = Header {
        kind: Mdat::KIND,
        size: Some(media.len()),
    };
    header.encode(&mut data)?;
    data.extend_from_slice(media);
    Ok(data.into())
}
