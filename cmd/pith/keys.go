package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/service/proxy"
)

func keysCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Make keys that stand for a vendor's key", Args: exactly(cobra.NoArgs)}
	cmd.AddCommand(&cobra.Command{
		Use:   "new",
		Short: "Make a key, and its hash for the configuration",
		Long: "Make a key for a client, and the hash of it that goes into the configuration under proxy.keys. " +
			"The key itself is stored nowhere.",
		Args: exactly(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var secret, salt [24]byte
			_, _ = rand.Read(secret[:]) // never fails
			_, _ = rand.Read(salt[:])
			key := proxy.KeyPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "key:  %s\nhash: %s\n", key, proxy.HashKey(salt[:16], key))
			return err
		},
	})
	return cmd
}
