"""How Sphinx builds the guides."""

import pathlib
import sys

TOP = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(pathlib.Path(__file__).parent / '_ext'))

extensions = [
    'cliff.sphinxext',
    'features',
    'house',
    'openstackdocstheme',
    'oslo_config.sphinxconfiggen',
    'oslo_config.sphinxext',
    'oslo_policy.sphinxext',
    'oslo_policy.sphinxpolicygen',
    'state_diagram',
]

project = 'clouddesk'
copyright = '2026, the clouddesk developers'  # noqa: A001
html_theme = 'openstackdocs'
html_theme_options = {'display_global_toc_section': True}
openstackdocs_repo_name = 'clouddesk'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
openstackdocs_use_storyboard = False

# The user guide is translated, message by message: tox -e i18n.
locale_dirs = ['locale']
gettext_location = False

templates_path = []
exclude_patterns = ['_ext', 'locale']
pygments_style = 'native'

_SAMPLES = TOP / 'etc' / 'clouddesk'
config_generator_config_file = [
    (str(_SAMPLES / 'clouddesk-config-generator.conf'), '_static/clouddesk')
]
policy_generator_config_file = [
    (str(_SAMPLES / 'clouddesk-policy-generator.conf'), '_static/clouddesk')
]

autoprogram_cliff_application = 'openstack'
autoprogram_cliff_app_dist_name = 'clouddesk'
# What every list and show command has; the guide describes it once.
autoprogram_cliff_ignored = [
    '--help',
    '--format',
    '--column',
    '--sort-column',
    '--sort-ascending',
    '--sort-descending',
    '--max-width',
    '--fit-width',
    '--print-empty',
    '--noindent',
    '--quote',
    '--prefix',
    '--variable',
]
