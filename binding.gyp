# Build with node-gyp and MSVC, on Windows only: the released binaries. CMakeLists.txt is the other
# build; the defines and the hardening of both should agree.
#
# SECUR32_SPECTRE=1 in the environment links the Spectre-mitigated runtime libraries, a component of
# Visual Studio that has to be installed for it.
{
  'targets': [
    {
      'target_name': 'secur32',
      'conditions': [
        ['OS!="win"', {
          # Nothing to build, and no reason for an installation to fail.
          'type': 'none',
        }, {
          'sources': ['<!@(node tools/native/sources.mjs)'],
          'include_dirs': [
            'src-native',
            '<!(node -p "require(\'node-addon-api\').include_dir")',
          ],
          'defines': [
            'NAPI_VERSION=8',
            'NAPI_DISABLE_CPP_EXCEPTIONS',
            'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
            'NODE_ADDON_API_DISABLE_DEPRECATED',
            'NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED',
            'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
            'SECURITY_WIN32',
            'UNICODE',
            '_UNICODE',
            'WIN32_LEAN_AND_MEAN',
            'NOMINMAX',
            '_WIN32_WINNT=0x0a00',
            '_HAS_EXCEPTIONS=0',
          ],
          # Disabled by Node.js; errors here, see below.
          'msvs_disabled_warnings!': [4244, 4267],
          'msvs_settings': {
            'VCCLCompilerTool': {
              'ExceptionHandling': 0,
              'RuntimeTypeInfo': 'false',
              'BufferSecurityCheck': 'true',
              'WarningLevel': 4,
              # Node.js asks for C++17 or C++20, depending on its version.
              'AdditionalOptions!': ['-std:c++17', '-std:c++20'],
              # Node.js 26 is built by clang with ThinLTO, and its headers' settings ask for it here, too.
              'AdditionalOptions/': [['exclude', 'flto'], ['exclude', 'lldltojobs']],
              'AdditionalOptions': [
                '/std:c++20',
                '/utf-8',
                '/guard:cf',
                '/sdl',
                '/ZH:SHA_256',
                # No warnings about the headers of others, which are included as <...>.
                '/external:anglebrackets',
                '/external:W0',
                # Signs and sizes that do not fit: errors.
                '/we4146',
                '/we4244',
                '/we4267',
              ],
            },
            'VCLinkerTool': {
              'GenerateDebugInformation': 'false',
              'AdditionalOptions/': [['exclude', 'flto'], ['exclude', 'lldltojobs']],
              # secur32.lib is missing on purpose: Secur32.dll is loaded at run time, from System32 only.
              'AdditionalOptions': [
                '/guard:cf',
                '/DYNAMICBASE',
                '/NXCOMPAT',
                '/HIGHENTROPYVA',
                '/Brepro',
                '/DEBUG:NONE',
                '/INCREMENTAL:NO',
              ],
            },
          },
          'conditions': [
            ['target_arch=="x64"', {
              'msvs_settings': {
                'VCLinkerTool': {
                  'AdditionalOptions': ['/CETCOMPAT'],
                },
              },
            }],
            ['"<!(node -p process.env.SECUR32_SPECTRE)"=="1"', {
              'msvs_configuration_attributes': {
                'SpectreMitigation': 'Spectre',
              },
            }],
          ],
        }],
      ],
    },
  ],
}
