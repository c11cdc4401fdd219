#!/bin/sh
# Renders every icon from vestibule.svg. Needs the Debian packages librsvg2-bin, icnsutils and icoutils.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

square() { rsvg-convert --width "$1" --height "$1" vestibule.svg --output "$2"; }
# The mark alone, in one colour, on nothing: $1 colour, $2 output.
mono() {
  printf '#frame, #doorway, #floor { fill: %s !important; } #floor { opacity: 0.5 }' "$1" >"$work/mono.css"
  sed 's/ fill="[^"]*"//; /id="wall"/d; s/viewBox="[^"]*"/viewBox="90 88 332 332"/' vestibule.svg |
    rsvg-convert --stylesheet "$work/mono.css" --width 64 --height 64 --output "$2"
}

for size in 16 24 32 48 64 128 256 512 1024; do square "$size" "$work/$size.png"; done
cp "$work/32.png" 32x32.png
cp "$work/128.png" 128x128.png
cp "$work/256.png" 128x128@2x.png
cp "$work/512.png" icon.png
png2icns icon.icns "$work/16.png" "$work/32.png" "$work/128.png" "$work/256.png" "$work/512.png" >/dev/null
icotool --create --output icon.ico "$work/16.png" "$work/24.png" "$work/32.png" "$work/48.png" "$work/64.png" \
  --raw "$work/256.png"
mono '#ffffff' tray-on-dark.png
mono '#10312b' tray-on-light.png
