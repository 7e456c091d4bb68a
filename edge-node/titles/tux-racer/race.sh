#!/bin/sh
# Extreme Tux Racer keeps its files in the home that the password file names, not
# in $HOME. This gives it a password file in which the two are the same.
set -eu
printf 'player:x:%s:%s::%s:/bin/sh\n' "$(id -u)" "$(id -g)" "$HOME" > "$HOME/.passwd"
printf 'player:x:%s:\n' "$(id -g)" > "$HOME/.group"
export NSS_WRAPPER_PASSWD="$HOME/.passwd" NSS_WRAPPER_GROUP="$HOME/.group"
LD_PRELOAD=libnss_wrapper.so exec etr
