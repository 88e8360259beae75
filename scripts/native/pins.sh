# shellcheck shell=bash disable=SC2034 # read by the scripts beside this one
# What the native parts are, by version and SHA-256. docs/native.md says where
# each digest comes from and how to move to another version.

# libtokenizers.a. The Go package links only with an archive that has the symbol.
tokenizers_module=github.com/daulet/tokenizers
tokenizers_version=v1.27.0
tokenizers_symbol=tokenizers_version_1_26_0
tokenizers_release=https://github.com/daulet/tokenizers/releases/download/$tokenizers_version

# The module's own crate, for a build from source. go.sum pins the module too.
tokenizers_manifest_sha256=66344d6574450d9dbe26f081b8f955f369028249a4e328721e6bcc8e61fb9903
tokenizers_source_sha256=66bb45805c7fe27c7f1344bd47f07803beb1349fc64d5bb074fa2700452a240a
tokenizers_lock_sha256=354fbbeb82dc861b03a5e6870646b26ce04ed0fad73df021e49cbc80f281fabc
tokenizers_cargo_minimum=1.78 # reads Cargo.lock of version 4

# The ONNX Runtime shared library, from the Python wheel for CPython 3.12.
# No release archive: nobody has published its digest where we could read it.
runtime_version=1.32.0
runtime_python=3.12

# jieba's dictionary and tables for Chinese, from the Python source archive: each
# file's digest and its place in there. The archive has no licence text; jieba.LICENSE
# beside this file is that of the project.
jieba_version=0.42.1
jieba_archive_sha256=055ca12f62674fafed09427f176506079bc135638a14e23e25be909131928db2
jieba_members=(
	"7197c3211ddd98962b036cdf40324d1ea2bfaa12bd028e68faa70111a88e12a8 jieba/dict.txt"
	"14c5706ced5cd3b42eb4873d4b88f7f52a7bdf80fbd767bc4423d361e20c5330 jieba/finalseg/prob_start.py"
	"54dfbc252ed71480d4f0cdfdf516ecfbe44efd0f6c3c64b158e7039f2906c91b jieba/finalseg/prob_trans.py"
	"27d46b1c9efe4dd148fde8be042a21be40e3562d0c7f1273f9de7abae12ebb8d jieba/finalseg/prob_emit.py"
)

# set_platform_pins PLATFORM sets what differs by platform, or fails for one
# that has no native parts.
set_platform_pins() {
	case $1 in
	linux/amd64)
		tokenizers_archive=libtokenizers.linux-amd64.tar.gz
		tokenizers_archive_sha256=72556cdca798dd4ea7cdaba308e5f0d68a8cb93b67c96edf485b7a0edd7b07f4
		tokenizers_member_sha256=e6862b31745bb7d07980fcee70e49cd3b4318097609180f5d2d3fb394f305d50
		runtime_tag=manylinux_2_28_x86_64
		runtime_wheel_sha256=99e1074c4b2197accd5073052a465361be17b89c093b8ffb6e6bd8f986c52df8
		runtime_member=libonnxruntime.so.$runtime_version
		runtime_member_sha256=6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f
		runtime_library=libonnxruntime.so
		;;
	linux/arm64)
		tokenizers_archive=libtokenizers.linux-arm64.tar.gz
		tokenizers_archive_sha256=e96545ad05930c26f51f63d932ee6d3bbd32bbed149e102c5290d587a2293067
		tokenizers_member_sha256= # not published; the archive's digest fixes it
		runtime_tag=manylinux_2_28_aarch64
		runtime_wheel_sha256=e36c187006e7a7c8b8d6d57f1a209dd63f52430dca6c282b177718ad6b841054
		runtime_member=libonnxruntime.so.$runtime_version
		runtime_member_sha256=49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a
		runtime_library=libonnxruntime.so
		;;
	darwin/arm64)
		tokenizers_archive=libtokenizers.darwin-arm64.tar.gz
		tokenizers_archive_sha256=fb84b8b2e349a5952767ffe80ccd862fc44084de47f3b0cc3f0b7c9d4e649cf7
		tokenizers_member_sha256= # not published; the archive's digest fixes it
		runtime_tag=macosx_14_0_arm64
		runtime_wheel_sha256=d52510bbbcc880c13b826f7d75cdf33ac5cf0bb864d960000fc29ce73f0cb83e
		runtime_member=libonnxruntime.$runtime_version.dylib
		runtime_member_sha256=fa585fabbea65b823b9a8f7e27d46aee3989d1be7e36b528203d3a1fd613aae7
		runtime_library=libonnxruntime.dylib
		;;
	*) return 1 ;;
	esac
	runtime_wheel=onnxruntime-$runtime_version-cp312-cp312-$runtime_tag.whl
}
