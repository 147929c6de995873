#!/bin/sh
# The accounts of a Sotto server on Kamailio: makes the database, and adds, changes, removes and lists
# accounts in it. Kamailio reads it anew for each password, so nothing is restarted.
#
#   accounts.sh DATABASE init
#   accounts.sh DATABASE set NAME@DOMAIN       adds an account or changes its password, read from
#                                              standard input
#   accounts.sh DATABASE remove NAME@DOMAIN
#   accounts.sh DATABASE list
#
# Kept are MD5 and SHA-256 of name:domain:password, which is what SIP's digest needs: guard the file
# like passwords.
set -eu
umask 077

SCHEMA=${SCHEMA:-/usr/share/kamailio/db_sqlite}   # of the package kamailio-sqlite-modules

usage() {
	sed -n '5,9s/^# *//p' "$0" >&2
	exit 2
}

fail() {
	printf '%s\n' "$1" >&2
	exit 1
}

[ $# -ge 2 ] || usage
database=$1 action=$2

if [ "$action" = init ]; then
	[ ! -e "$database" ] || fail "$database is there already."
	# With its log beside it, Kamailio can read while this script writes.
	{
		echo 'PRAGMA journal_mode=WAL;'
		cat "$SCHEMA/standard-create.sql" "$SCHEMA/auth_db-create.sql"
	} | sqlite3 -bail "$database" >/dev/null
	exit
fi

[ -e "$database" ] || fail "$database does not exist: make it with init."
if [ "$action" = list ]; then
	sqlite3 "$database" "SELECT username || '@' || domain FROM subscriber ORDER BY 1;"
	exit
fi

[ $# -eq 3 ] || usage
# Nothing in it can end a quotation of SQL or a field of the digest.
printf '%s\n' "$3" | grep -Eqx '[a-z0-9][a-z0-9._-]{0,31}@[a-z0-9]([a-z0-9.-]*[a-z0-9])?' ||
	fail "An account is NAME@DOMAIN, in small letters."
name=${3%@*} domain=${3#*@}

case $action in
set)
	IFS= read -r password || [ -n "$password" ] || fail 'Give the password on standard input.'
	[ ${#password} -ge 8 ] || fail 'A password has 8 characters at least.'
	sqlite3 "$database" 'PRAGMA table_info(subscriber);' | grep -q '|ha1_sha256|' ||
		sqlite3 -bail "$database" \
			"ALTER TABLE subscriber ADD COLUMN ha1_sha256 VARCHAR(128) DEFAULT '' NOT NULL;"
	secret=$name:$domain:$password
	md5=$(printf '%s' "$secret" | md5sum | cut -d ' ' -f 1)
	sha256=$(printf '%s' "$secret" | sha256sum | cut -d ' ' -f 1)
	sqlite3 -bail "$database" "INSERT INTO subscriber (username, domain, ha1, ha1_sha256)
		VALUES ('$name', '$domain', '$md5', '$sha256')
		ON CONFLICT (username, domain)
		DO UPDATE SET ha1 = excluded.ha1, ha1_sha256 = excluded.ha1_sha256;"
	;;
remove)
	sqlite3 -bail "$database" \
		"DELETE FROM subscriber WHERE username = '$name' AND domain = '$domain';"
	;;
*) usage ;;
esac
