#!/bin/sh
# Starts Redis with redis.conf, which lies beside this script, the settings of the command
# line over that, and the one user that pith needs. The password comes in PITH_REDIS_PASSWORD; Redis gets its digest, on its
# standard input, so that neither a file nor a command line has it.
set -eu

die() {
	echo "redis.sh: $*" >&2
	exit 1
}

password=${PITH_REDIS_PASSWORD:-}
case $password in
'') die "PITH_REDIS_PASSWORD is not set" ;;
*[!A-Za-z0-9_-]*) die "PITH_REDIS_PASSWORD has to be of letters, digits, _ and -: it is part of a URL" ;;
esac
[ "${#password}" -ge 32 ] || die "PITH_REDIS_PASSWORD is shorter than 32 characters"

digest=$(printf %s "$password" | sha256sum | cut -d ' ' -f 1)
conf=$(cat "$(dirname "$0")/redis.conf")
unset PITH_REDIS_PASSWORD password

# What package cache asks for, and ping for the health check. The user that clients
# are before they log in can do nothing.
exec redis-server "$@" - <<END
$conf
user default off resetpass resetkeys resetchannels -@all
user pith on #$digest resetkeys resetchannels ~sc1:* -@all +get +set +pexpire +ping
END
