"""The version of the installed package."""

import pbr.version

version_info = pbr.version.VersionInfo('clouddesk')
version_string = version_info.version_string
