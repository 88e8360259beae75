package relay

import (
	"errors"
	"net/netip"
	"syscall"
)

var errBlocked = errors.New("address is link-local or a metadata service's")

// metadata are the addresses outside the link-local ranges at which clouds tell a
// machine its own credentials.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("fd20:ce::254"),    // Google
	netip.MustParseAddr("100.100.100.200"), // Alibaba
	netip.MustParseAddr("192.0.0.192"),     // Oracle
	netip.MustParseAddr("168.63.129.16"),   // Azure
}

// nat64 is the prefix under which IPv6 networks reach IPv4 (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// blocked reports whether no upstream can be at a. Private and loopback addresses are
// not: models run there.
func blocked(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.IsLinkLocalUnicast() {
		return true
	}
	for _, m := range metadata {
		if a == m {
			return true
		}
	}
	return false
}

// blockedHost is blocked for a host that is an address. A name is not looked up.
func blockedHost(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && blocked(a)
}

// refuseBlocked is a net.Dialer's Control. It sees the address that a name resolved
// to, just before the connection is made, so that there is no second look-up with
// another result.
func refuseBlocked(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || blocked(ap.Addr()) {
		return errBlocked
	}
	return nil
}
