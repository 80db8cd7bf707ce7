"""How Sphinx builds the API reference."""

extensions = ['openstackdocstheme', 'os_api_ref']
project = 'clouddesk API'
copyright = '2026, the clouddesk developers'  # noqa: A001
html_theme = 'openstackdocs'
html_theme_options = {'sidebar_mode': 'toc'}
openstackdocs_repo_name = 'clouddesk'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
openstackdocs_use_storyboard = False

# Written by "tox -e openapi".
html_extra_path = ['../openapi.json']
