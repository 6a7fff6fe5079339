# SPDX-License-Identifier: Apache-2.0
# The front door.
#   make kernel      builds the kit, then builds and proves the enhanced kernel (BASELINE=5.10 by default)
#   make install     the kit, below PREFIX=/usr/local (and DESTDIR); make uninstall takes it away again
#   make check       builds and passes every test
#   make check-full  and those that take hours; TOPIC=plan, source, mend, mesh, face or code: the long ones of that topic alone
#   make dkms-package  kmesh.ko for kernels that need no patch, as a Debian package for DKMS
#   make kit-packages  the kit as a Debian package and as RPMs
#   make bench       measures, side by side with what one would do by hand (bench/RESULTS.md); PARTS="plan spec": some of it
#   make format      puts the sources into shape
#   make clean       removes build/, with everything that was made or kept in it

BASELINE ?= 5.10
WORK     ?= build/kernel
# What `kmesh-kernel build` is told besides: make kernel ARGS="--output deb"
ARGS     ?=
PREFIX   ?= /usr/local
PACKAGES ?= build/kit-packages
# One compiler cache for every work folder of this checkout.
export CCACHE_DIR ?= $(CURDIR)/build/ccache

# Two at once; those that use every processor themselves run alone.
CTEST = --output-on-failure --no-tests=error --parallel 2

.PHONY: kernel kit kit-packages install uninstall dkms-package check check-full bench format clean packages-kernel packages-check packages-full

kernel: kit
	@build/kmesh-kernel build --baseline $(BASELINE) --work $(WORK) $(ARGS)
	@if [ -e $(WORK)/enhanced/kmesh.ko ]; then mkdir -p kernel/ko && cp $(WORK)/enhanced/kmesh.ko kernel/ko/; fi

kit: packages-kernel build/gcc/build.ninja
	@tools/build-kit.sh build/gcc kmesh-kernel guest/all
	@ln -sfn gcc/kmesh-kernel build/kmesh-kernel
	@ln -sfn gcc/kmesh-route build/kmesh-route

install: kit
	@ninja -C build/gcc --quiet written
	@DESTDIR="$(DESTDIR)" tools/install.sh install build/gcc "$(PREFIX)"

uninstall:
	@DESTDIR="$(DESTDIR)" tools/install.sh uninstall "$(PREFIX)"

kit-packages: packages-check
	@packaging/package.sh deb "$(PACKAGES)"
	@RPMBUILD_OPTIONS=--nodeps packaging/package.sh rpm "$(PACKAGES)"

dkms-package:
	@mkdir -p build
	@kernel/dkms/package.sh deb build

build/gcc/build.ninja: CMakeLists.txt guest/CMakeLists.txt CMakePresets.json
	@mkdir -p build
	@cmake --preset gcc > build/configure.log 2>&1 || { cat build/configure.log; exit 1; }

packages-kernel:
	@tools/install-packages.sh kernel

packages-check:
	@tools/install-packages.sh check

packages-full:
	@tools/install-packages.sh full

check: packages-check kit
	@ninja -C build/gcc --quiet
	@cd build/gcc && ctest $(CTEST) --label-exclude full

check-full: packages-full kit
	@ninja -C build/gcc --quiet
	@cd build/gcc && ctest $(CTEST) $(if $(TOPIC),--label-regex '^full$$' --label-regex '^$(TOPIC)$$')

bench: packages-check packages-full kernel
	@ninja -C build/gcc --quiet
	@bench/run.sh $(PARTS)

format:
	@clang-format -i $$(git ls-files 'src/*.cc' 'src/*.h' 'tests/*.cc')

clean:
	rm -rf build kernel/ko
