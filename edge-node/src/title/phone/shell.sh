#!/bin/sh
# What runs on the phone's compositor, which tells its socket in WAYLAND_DISPLAY.
# The keyboard asks the shell for its place, and so comes after it.
unset DISPLAY
/usr/libexec/phosh --unlocked &
shell=$!
squeekboard &
# Without its packages the phone works all the same, and can't be read.
if [ -n "$NEARFRAME_READER" ]; then /usr/bin/python3 "$NEARFRAME_READER" "$NEARFRAME_SCALE" "$NEARFRAME_BAR" & fi
wait "$shell"
