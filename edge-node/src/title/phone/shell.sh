#!/bin/sh
# What runs on the phone's compositor, which tells its socket in WAYLAND_DISPLAY.
# The keyboard asks the shell for its place, and so comes after it.
unset DISPLAY
/usr/libexec/phosh --unlocked &
shell=$!
squeekboard &
wait "$shell"
