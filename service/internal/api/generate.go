// Package api is the contract as Go: models and a strict chi server made from
// openapi.yaml by oapi-codegen, and the document itself, which the service
// validates requests against. Edit openapi.yaml, then run go generate; only this
// file and item.go are written by hand.
//
// A context in a request is a string or an object; the model has the object
// only, and the service turns a string into one before it binds the request.
package api

//go:generate go tool -modfile=../../../tools/go.mod oapi-codegen -config config.yaml ../../../openapi.yaml
