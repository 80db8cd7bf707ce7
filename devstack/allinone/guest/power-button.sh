#!/bin/sh
echo "ACPI power button: powering off" >/dev/ttyS0
sync
umount /persist
poweroff -f
